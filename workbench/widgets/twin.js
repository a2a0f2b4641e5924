// Hides the static twin of a widget while that lives, and keeps it up to date in a page that was opened anew.

// Every output of the notebook that is the twin, by where it is; front ends without such a model have none.
function* twins(model) {
  const mark = `id="${model.get("name")}"`;
  for (const cell of model.widget_manager?.context?.model?.cells ?? []) {
    for (let place = 0; place < (cell.outputs?.length ?? 0); place += 1) {
      const output = cell.outputs.get(place);
      if (String(output.data["text/html"] ?? "").includes(mark)) yield [cell.outputs, place, output];
    }
  }
}

function render({ model, el }) {
  const name = model.get("name");
  // Rules of style reach the whole page while this widget lives, and go with it.
  const style = document.createElement("style");
  style.textContent = `.jp-OutputArea-child:has(#${name}), #${name} { display: none }`;
  el.append(style);

  const keep = (bundle) => {
    for (const [outputs, place, output] of twins(model)) {
      if (output.data["text/html"] === bundle["text/html"]) continue; // the kernel's update came through
      outputs.set(place, { ...output.toJSON(), data: bundle });
    }
  };
  model.on("msg:custom", keep);
  model.send("ask"); // what came while the page was opening went past it
  return () => model.off("msg:custom", keep);
}

export default { render };
