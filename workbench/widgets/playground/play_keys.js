// Run by a key, and pictures wherever they are dropped: what reaches across the parts of a playground.

const HANDED = { drop: "dataTransfer", dragover: "dataTransfer", paste: "clipboardData" };

const labelOf = (field) => field.labels[0]?.textContent ?? "";

function render({ model, el }) {
  let frame;
  let view;

  // The words go with the press: those that the kernel knows of are behind whoever types fast.
  const click = ({ target }) => {
    if (!target.closest(".workbench-run, .workbench-reply")) return;
    const fields = [...view.querySelectorAll(".workbench-composer textarea")];
    model.send({ texts: Object.fromEntries(fields.map((field) => [labelOf(field), field.value])) });
  };

  const press = (event) => {
    const asked = event.ctrlKey || event.metaKey || event.shiftKey;
    if (event.key !== "Enter" || !asked || event.isComposing) return;
    if (!event.target.matches(".workbench-composer textarea")) return;
    event.preventDefault();
    event.stopPropagation();
    view.querySelector(".workbench-run").click();
  };

  // The panes know what to do with files; over a field, the browser would leave the notebook to open them.
  const hand = (event) => {
    const panes = view.querySelector(".workbench-comparison");
    const files = event[HANDED[event.type]];
    if (!panes || panes.contains(event.target) || !files?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    panes.dispatchEvent(new event.constructor(event.type, { [HANDED[event.type]]: files, cancelable: true }));
  };

  const heeded = { click, keydown: press, ...Object.fromEntries(Object.keys(HANDED).map((name) => [name, hand])) };

  // A widget is made before it is put where it belongs.
  const settle = () => {
    view = el.closest(".workbench-playground");
    if (!view) {
      frame = requestAnimationFrame(settle);
      return;
    }
    for (const [name, heed] of Object.entries(heeded)) view.addEventListener(name, heed, true);
  };
  settle();
  return () => {
    cancelAnimationFrame(frame);
    for (const [name, heed] of Object.entries(heeded)) view?.removeEventListener(name, heed, true);
  };
}

export default { render };
