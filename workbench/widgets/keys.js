// What a notebook's own fields and buttons lack for those who use the keyboard.

// JupyterLab would take the keys of whoever is on a box or button for its commands: x cuts the cell, Enter opens it.
// It asks the very element that has the focus.
function keep({ target }) {
  if (target.matches("button, input[type=checkbox]")) target.dataset.lmSuppressShortcuts = "true";
}

// Arrows go from the field over a list to its boxes, and from box to box.
function step(event) {
  const picker = event.target.closest(".workbench-picker");
  const stops = picker ? [...picker.querySelectorAll("input[type=text], input[type=checkbox]")] : [];
  const there = stops.indexOf(event.target) + { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.defaultPrevented || !stops.includes(event.target) || !(there in stops)) return;
  event.preventDefault();
  stops[there].focus();
}

function render({ el }) {
  let frame;
  let view;
  // A widget is made before it is put where it belongs.
  const settle = () => {
    view = el.closest(".workbench-keys");
    if (!view) {
      frame = requestAnimationFrame(settle);
      return;
    }
    view.addEventListener("keydown", step);
    view.addEventListener("focusin", keep);
  };
  settle();
  return () => {
    cancelAnimationFrame(frame);
    view?.removeEventListener("keydown", step);
    view?.removeEventListener("focusin", keep);
  };
}

export default { render };
