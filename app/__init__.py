"""The dashboard: govern it yourself in a browser. It imports govmodel; govmodel never imports it.

In a wheel this package is `govmodel_app`; in a checkout it lies in `app/`, and `__main__.py` gives it that name.
"""
