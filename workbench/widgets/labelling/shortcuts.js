// The keys of the box around this widget, sent to the kernel with the number of what the page shows.

const FIELDS = "input, textarea, select, [contenteditable]";

// The second click of a double click would judge the next item, which nobody has read yet.
function once(event) {
  if (event.detail > 1) event.stopPropagation();
}

function render({ model, el }) {
  let frame;
  let box;

  function press(event) {
    const held = event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing;
    if (held) return;
    if (event.target.closest(FIELDS)) {
      if (event.key === "Enter" || event.key === "Escape") box.focus({ preventScroll: true });
      return;
    }
    if (!model.get("commands").includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    model.send({ key: event.key, turn: model.get("turn") });
  }

  // What had the focus may be gone with the item that was shown: the next key has to be heard all the same.
  function stay() {
    if (!box) return;
    box.dataset.turn = model.get("turn");
    const { activeElement } = document;
    if (activeElement === document.body || box.contains(activeElement)) box.focus({ preventScroll: true });
  }

  function settle() {
    box = el.closest(".workbench-labeller");
    if (!box) {
      frame = requestAnimationFrame(settle); // a widget is made before it is put where it belongs
      return;
    }
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", model.get("label"));
    box.setAttribute("aria-keyshortcuts", model.get("commands").join(" "));
    box.dataset.lmSuppressShortcuts = "true"; // or x would cut the cell, and 0 0 restart the kernel
    box.addEventListener("keydown", press, true); // fields keep their keys to themselves
    box.addEventListener("click", once, true);
    box.dataset.turn = model.get("turn");
  }

  el.className = "workbench-shortcuts";
  el.append("Click here, or press Tab, to use the keys.");
  model.on("change:turn", stay);
  settle();
  return () => {
    cancelAnimationFrame(frame);
    model.off("change:turn", stay);
    box?.removeEventListener("keydown", press, true);
    box?.removeEventListener("click", once, true);
  };
}

export default { render };
