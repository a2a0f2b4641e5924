// Panes that fill while models answer.
// What a model writes is hostile until proven otherwise: it enters the page as text nodes, never as markup.

const PLACEHOLDERS = { ready: "Press Run", queued: "Waiting for the first words…" };
const ASK_AGAIN_MS = 1000;
const AT_END_PX = 4;
const UPWARDS = ["ArrowUp", "PageUp", "Home"];

function make(tag, name, attributes = {}) {
  const node = document.createElement(tag);
  node.className = `workbench-${name}`;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

// Bring a node to a text by adding to it where it only grew: selections survive, and long answers stay cheap.
function write(node, text) {
  const held = (node.firstChild ?? node.appendChild(document.createTextNode(""))).data;
  if (text === held) return;
  if (held && text.startsWith(held)) node.firstChild.appendData(text.slice(held.length));
  else node.firstChild.data = text;
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    write(button, "Copied");
  } catch {
    write(button, "Not allowed"); // a page without https has no clipboard
  }
  setTimeout(() => write(button, "Copy"), 1500);
}

function createPane(model, labels) {
  const root = make("section", "pane", { "aria-label": model });
  const head = make("header", "head");
  const name = make("strong", "model", { title: model });
  write(name, model);
  const status = make("span", "state", { role: "status", "aria-atomic": "true" });
  const spoken = make("span", "spoken");
  write(spoken, `${model}: `);
  const word = make("span", "word");
  status.append(make("span", "dot", { "aria-hidden": "true" }), spoken, word);
  const button = make("button", "copy", { type: "button", "aria-label": `Copy the answer of ${model}` });
  write(button, "Copy");
  head.append(name, status, button);

  const list = make("div", "facts");
  const values = labels.map(([label, meaning]) => {
    const [item, term, value] = [make("div", "fact", { title: meaning }), make("div", "label"), make("div", "value")];
    write(term, label);
    item.append(term, value);
    list.append(item);
    return value;
  });

  const error = make("div", "error");
  // Read out when it is visited, not token by token.
  const body = make("div", "body", { role: "log", "aria-live": "off", "aria-label": `Answer of ${model}`, tabindex: "0" });
  body.dataset.lmSuppressShortcuts = "true"; // or JupyterLab moves between cells where arrows should scroll
  const [hint, reasoning, text] = [make("div", "hint"), make("div", "reasoning"), make("div", "text")];
  body.append(hint, reasoning, text);
  const note = make("div", "note");
  root.append(head, list, error, body, note);

  let shown = {};
  let follow = true;
  let top = 0;
  // Only a reader scrolls up; who comes back to the end follows again. Wheel and keys are heard besides: the
  // browser scrolls smoothly, and text that comes before its first frame would take the reader down again.
  body.addEventListener("scroll", () => {
    if (body.scrollTop < top) follow = false;
    else if (body.scrollTop > top && body.scrollHeight - body.scrollTop - body.clientHeight <= AT_END_PX) follow = true;
    top = body.scrollTop;
  });
  body.addEventListener("wheel", (event) => (follow &&= event.deltaY >= 0), { passive: true });
  body.addEventListener("keydown", (event) => (follow &&= !UPWARDS.includes(event.key)));
  button.addEventListener("click", () => copy(shown.text, button));

  function paint(pane) {
    const empty = !pane.text && !pane.reasoning;
    root.dataset.state = pane.state;
    write(word, pane.state);
    pane.facts.forEach((fact, index) => write(values[index], fact));
    write(error, pane.error);
    write(hint, empty ? PLACEHOLDERS[pane.state] ?? "" : "");
    write(reasoning, pane.reasoning);
    write(text, pane.text);
    write(note, pane.note);
    button.disabled = !pane.text;
    follow ||= empty; // a new run
    if (follow) body.scrollTop = body.scrollHeight;
    top = body.scrollTop;
    shown = pane;
  }
  return { root, paint };
}

function render({ model, el }) {
  const labels = model.get("labels");
  const root = make("div", "comparison");
  const status = make("p", "status", { role: "status" });
  const grid = make("div", "grid", { role: "group", "aria-label": "Answers" });
  root.append(status, grid);
  el.append(root);

  let states = [];
  let views = [];
  let number = -1;
  let asked = -Infinity;

  function adopt() {
    const snapshot = model.get("snapshot");
    if (!snapshot.panes || snapshot.number < number) return; // older than what is shown
    const same = snapshot.panes.length === states.length && states.every((s, i) => s.model === snapshot.panes[i].model);
    if (!same) {
      views = snapshot.panes.map((pane) => createPane(pane.model, labels));
      grid.replaceChildren(...views.map((view) => view.root));
      grid.dataset.count = views.length;
    }
    ({ number } = snapshot);
    states = [...snapshot.panes]; // the array itself is the model's
    states.forEach((pane, index) => views[index].paint(pane));
  }

  function receive(message) {
    if (message.number <= number) return;
    if (message.number !== number + 1) return ask();
    ({ number } = message);
    for (const { index, text = "", reasoning = "", ...rest } of message.news) {
      const old = states[index];
      states[index] = { ...old, ...rest, text: old.text + text, reasoning: old.reasoning + reasoning };
      views[index].paint(states[index]);
    }
  }

  function ask() {
    if (performance.now() - asked < ASK_AGAIN_MS) return;
    asked = performance.now();
    model.send("ask");
  }

  const speak = () => write(status, model.get("status"));
  model.on("change:snapshot", adopt);
  model.on("change:status", speak);
  model.on("msg:custom", receive);
  adopt();
  speak();
  ask(); // what came while the page was opening went past this view
  return () => {
    model.off("change:snapshot", adopt);
    model.off("change:status", speak);
    model.off("msg:custom", receive);
  };
}

export default { render };
