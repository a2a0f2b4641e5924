// What a notebook's own fields and buttons lack for those who use the keyboard or a screen reader.

// JupyterLab would take the keys of whoever is on one of these for its commands: x cuts the cell, Enter opens it.
// It asks the very element that has the focus.
function keep(target) {
  if (target.matches("button, select, input[type=checkbox]")) target.dataset.lmSuppressShortcuts = "true";
}

// Arrows go from the field over a list to its boxes, and from box to box.
function step(event, picker) {
  const stops = [...picker.querySelectorAll("input[type=text], input[type=checkbox]")];
  const there = stops.indexOf(event.target) + { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!stops.includes(event.target) || !(there in stops)) return;
  event.preventDefault();
  stops[there].focus();
}

// The words go with the key: those that the kernel knows of are behind whoever types fast. The field is emptied here,
// or what is typed next would be lost when the kernel empties it.
function enter(event, model) {
  const field = event.target;
  const text = field.value.trim();
  if (!field.matches("input[type=text]") || !text || event.isComposing) return;
  event.preventDefault();
  model.send({ enter: text });
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// A button that stays pressed is seen to be; it is to be heard too.
function tell(button) {
  if (button.matches(".widget-toggle-button")) {
    button.setAttribute("aria-pressed", String(button.classList.contains("mod-active")));
  }
}

function render({ model, el }) {
  let frame;
  let view;
  let held = null; // the button that has the focus
  const press = (event) => {
    const picker = event.target.closest(".workbench-picker");
    if (!picker || event.defaultPrevented) return;
    if (event.key === "Enter") enter(event, model);
    else step(event, picker);
  };
  const hold = ({ target }) => {
    keep(target);
    tell(target);
    held = target.matches("button") ? target : null;
  };
  const release = ({ target }) => {
    if (!target.disabled) held = null;
  };
  // A button that goes out takes the focus with it: who pressed it by a key goes on from the one beside it.
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes) tell(target);
    if (!held?.disabled || ![held, document.body].includes(document.activeElement)) return;
    held.parentElement.querySelector("button:enabled")?.focus({ preventScroll: true });
  });
  // A widget is made before it is put where it belongs.
  const settle = () => {
    view = el.closest(".workbench-keys");
    if (!view) {
      frame = requestAnimationFrame(settle);
      return;
    }
    view.addEventListener("keydown", press, true); // a field keeps its keys to itself
    view.addEventListener("focusin", hold);
    view.addEventListener("focusout", release);
    observer.observe(view, { subtree: true, attributeFilter: ["class", "disabled"] });
    view.querySelectorAll("button").forEach(tell);
  };
  settle();
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    view?.removeEventListener("keydown", press, true);
    view?.removeEventListener("focusin", hold);
    view?.removeEventListener("focusout", release);
  };
}

export default { render };
