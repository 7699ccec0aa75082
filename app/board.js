// The widget that Solara brings into the browser: it only loads the dashboard, which lies beside it as plain modules.

async function render({ model }) {
  const { start } = await import(new URL("govmodel/main.js", document.baseURI).href);
  return start(model);
}

export default { render };
