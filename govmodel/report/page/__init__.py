"""The report: a saved run or comparison as one page that loads nothing from elsewhere."""
