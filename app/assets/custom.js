// Where the board's widget is served. Solara's page asks for it as soon as it is connected, also where the notebook
// extension that would tell this has not come yet; RequireJS takes a `require` that was there before it as its settings.
var require = { map: { "*": { anywidget: "nbextensions/anywidget/index" } } };

// The dashboard's modules are fetched while Solara's page gets ready; the widget asks for them again, and then they are here.
import(new URL("govmodel/main.js", document.baseURI).href).catch(() => {});
