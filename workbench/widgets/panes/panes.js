// Panes that fill while models answer.
// What a model writes is hostile until proven otherwise: it enters the page as text nodes, and as elements of
// the tags below that have no attributes but these; never as markup.

const TAGS = new Set([
  ..."p h1 h2 h3 h4 h5 h6 ul ol li blockquote hr pre code em strong s br".split(" "),
  ..."table thead tbody tr th td a span ins del".split(" "),
]);
const ATTRIBUTES = {
  a: { href: /^(https?:\/\/|mailto:)/i },
  ol: { start: /^\d{1,9}$/ },
  span: { class: /^hl-[a-z]+$/ },
  td: { align: /^(left|center|right)$/ },
  th: { align: /^(left|center|right)$/ },
};
const RUNNING = new Set(["queued", "waiting", "streaming"]);
const WORTH_SAYING = new Set(["waiting", "done", "stopped", "failed"]);
const HINTS = { ready: "Press Run", queued: "Waiting for the first words…", waiting: "Waiting to ask again…" };
const VIEWS = { rendered: "Rendered", raw: "Raw", differences: "Differences" };
const LEGEND = "Underlined: not in the reference. Struck out: only there. Shown where both have ended.";
const EMPTY = "No answers yet: choose models, write a prompt and press Run.";
const GONE = "The kernel is gone or was restarted. This is how the answers stood: run the cell again to go on.";
const SILENT = "The kernel has said nothing for a while: it is busy or gone. This is how the answers stood.";
const UPWARDS = new Set(["ArrowUp", "PageUp", "Home"]);
const LOST = new Set(["restarting", "autorestarting", "terminating", "dead"]);
const AT_END_PX = 4;
const ASK_AGAIN_MS = 1000;
const SILENT_MS = 8000;
const PIECE_BYTES = 4_000_000; // Jupyter's server closes the connection at a message above 10 MiB
const MOST_BYTES = 20_000_000;

function make(tag, name, attributes = {}, text = "") {
  const node = document.createElement(tag);
  node.className = `workbench-${name}`;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.append(text);
  return node;
}

const makeButton = (name, text, attributes = {}) => make("button", name, { type: "button", ...attributes }, text);

// A node of the kernel's as one of the page's; what is not allowed is left out, and its text shown.
function build(node) {
  if (!Array.isArray(node)) return document.createTextNode(String(node));
  const [tag, attributes, ...children] = node;
  const element = TAGS.has(tag) ? document.createElement(tag) : document.createDocumentFragment();
  for (const [key, allowed] of Object.entries(ATTRIBUTES[tag] ?? {})) {
    if (allowed.test(attributes[key] ?? "")) element.setAttribute(key, attributes[key]);
  }
  if (tag === "a") {
    element.target = "_blank";
    element.rel = "noopener noreferrer nofollow";
  }
  for (const child of children) element.append(build(child));
  return element;
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

function createPane(labels, act) {
  const root = make("section", "pane");
  const head = make("header", "head");
  const name = make("strong", "model");
  const word = make("span", "word");
  const spoken = make("span", "spoken", { role: "status" });
  const status = make("span", "state");
  status.append(make("span", "dot", { "aria-hidden": "true" }), word, spoken);
  const pager = make("span", "pager");
  const page = make("span", "page", { "aria-live": "polite" });
  const earlier = makeButton("turn-page", "‹");
  const later = makeButton("turn-page", "›");
  pager.append(earlier, page, later);
  const reference = makeButton("reference", "Reference");
  const best = makeButton("best", "Best");
  const copying = makeButton("copy", "Copy");
  const buttons = make("span", "buttons");
  buttons.append(pager, reference, best, copying);
  head.append(name, status, buttons);

  const list = make("div", "facts");
  const values = labels.map(([label, meaning]) => {
    const item = make("div", "fact", { title: meaning });
    const value = make("div", "value");
    item.append(make("div", "label", {}, label), value);
    list.append(item);
    return value;
  });

  const error = make("div", "error");
  // Read out when it is visited, not token by token.
  const body = make("div", "body", { role: "log", "aria-live": "off", tabindex: "0" });
  body.dataset.lmSuppressShortcuts = "true"; // or JupyterLab moves between cells where arrows should scroll
  const past = make("div", "past");
  const [hint, reasoning, text] = [make("div", "hint"), make("div", "reasoning"), make("div", "text")];
  const [blocks, tail] = [make("div", "blocks"), make("div", "tail")];
  text.append(blocks, tail);
  body.append(past, hint, reasoning, text);
  const note = make("div", "note");
  root.append(head, list, error, body, note);

  let answers = [];
  let open = 0; // which of them is shown
  let drawn = { text: "", count: 0 };
  let follow = true;
  let top = 0;
  let scene = {};
  let told = "";
  // Only a reader scrolls up; who comes back to the end follows again. Wheel and keys are heard besides: the
  // browser scrolls smoothly, and text that comes before its first frame would take the reader down again.
  body.addEventListener("scroll", () => {
    const below = body.scrollHeight - body.scrollTop - body.clientHeight;
    if (body.scrollTop < top) follow = false;
    else if (body.scrollTop > top && below <= AT_END_PX) follow = true;
    top = body.scrollTop;
  });
  body.addEventListener("wheel", (event) => (follow &&= event.deltaY >= 0), { passive: true });
  body.addEventListener("keydown", (event) => {
    follow &&= !UPWARDS.has(event.key);
    if (event.target === body && event.key === "ArrowLeft") turn(-1);
    if (event.target === body && event.key === "ArrowRight") turn(1);
  });
  earlier.addEventListener("click", () => turn(-1));
  later.addEventListener("click", () => turn(1));
  reference.addEventListener("click", () => act.refer());
  best.addEventListener("click", () => act.vote());
  copying.addEventListener("click", () => copy(answers[open].text, copying));

  function turn(by) {
    const to = Math.min(Math.max(open + by, 0), answers.length - 1);
    if (to === open) return;
    open = to;
    follow = false;
    paint(answers, scene);
    body.scrollTop = past.offsetHeight;
  }

  function wear(given) {
    const { name: model, colour, hidden, past: turns } = given;
    root.style.setProperty("--workbench-model", colour || "var(--workbench-line)");
    root.toggleAttribute("data-hidden", hidden);
    root.setAttribute("aria-label", model);
    write(name, model);
    name.title = model;
    best.setAttribute("aria-label", `${model} is best`);
    reference.setAttribute("aria-label", `Show the differences to ${model}`);
    copying.setAttribute("aria-label", `Copy the answer of ${model}`);
    earlier.setAttribute("aria-label", `Previous answer of ${model}`);
    later.setAttribute("aria-label", `Next answer of ${model}`);
    if (JSON.stringify(turns) === told) return; // what the reader unfolded stays so
    told = JSON.stringify(turns);
    past.replaceChildren(...turns.map(({ prompt, nodes }, index) => {
      const fold = make("details", "turn");
      fold.append(make("summary", "asked", {}, `${index + 1}. ${prompt}`), ...nodes.map(build));
      if (!nodes.length) fold.append(make("p", "hint", {}, "No answer came."));
      return fold;
    }));
  }

  function draw({ text: whole, nodes, rest, diff }, view) {
    const shape = view === "differences" && diff ? "diff" : view === "raw" ? "raw" : "rendered";
    const source = { raw: [], diff, rendered: nodes }[shape];
    const same = shape === drawn.shape && open === drawn.open && (shape !== "diff" || diff === drawn.diff);
    if (!same || !whole.startsWith(drawn.text) || source.length < drawn.count) {
      blocks.replaceChildren();
      drawn.count = 0;
    }
    for (const node of source.slice(drawn.count)) blocks.append(build(node));
    write(tail, { raw: whole, diff: "", rendered: whole.slice(rest) }[shape]);
    text.dataset.shape = shape;
    drawn = { shape, open, diff, text: whole, count: source.length };
  }

  function paint(all, now) {
    answers = all;
    scene = now;
    open = Math.min(open, answers.length - 1);
    const answer = answers[open];
    const lost = now.gone && RUNNING.has(answer.state);
    const empty = !answer.text && !answer.reasoning;
    root.dataset.state = lost ? "stopped" : answer.state;
    write(word, lost ? "cut off" : answer.state);
    write(spoken, WORTH_SAYING.has(answer.state) ? `${name.textContent}: ${answer.state}` : "");
    pager.hidden = answers.length < 2;
    write(page, `${open + 1} of ${answers.length}`);
    earlier.disabled = open === 0;
    later.disabled = open === answers.length - 1;
    if (!now.voting && document.activeElement === best) body.focus();
    best.hidden = !now.voting;
    best.disabled = now.gone || !answers.some((each) => each.text);
    best.setAttribute("aria-pressed", String(now.isChosen));
    write(best, now.isChosen ? "★ Best" : "Best");
    root.toggleAttribute("data-chosen", now.isChosen);
    reference.setAttribute("aria-pressed", String(now.isReference));
    body.setAttribute("aria-label", `Answer of ${name.textContent}`);
    list.hidden = !answer.facts.length;
    answer.facts.forEach((fact, index) => write(values[index], fact));
    write(error, answer.error);
    write(hint, empty && !lost ? (HINTS[answer.state] ?? "") : "");
    write(reasoning, answer.reasoning);
    draw(answer, now.view);
    write(note, answer.note);
    copying.disabled = !answer.text;
    follow ||= empty; // a new run
  }

  // After all panes are painted: asking one for its height between two paintings lays the page out each time.
  function scroll() {
    if (follow) body.scrollTop = body.scrollHeight;
    top = body.scrollTop;
  }
  return { root, wear, paint, scroll };
}

function render({ model, el }) {
  const root = make("div", "comparison");
  const bar = make("div", "bar");
  const status = make("p", "status", { role: "status" });
  const choice = make("span", "views", { role: "group", "aria-label": "How answers are shown" });
  const views = Object.entries(VIEWS).map(([view, text]) => {
    const button = makeButton("view", text);
    button.addEventListener("click", () => choose("view", view));
    choice.append(button);
    return [view, button];
  });
  bar.append(status, choice);
  const legend = make("p", "legend", {}, LEGEND);
  const notice = make("p", "notice", { role: "alert" });
  const grid = make("div", "grid", { role: "group", "aria-label": "Answers" });
  root.append(bar, legend, notice, make("p", "empty", {}, EMPTY), grid);
  el.append(root);

  let panes = [];
  let answers = [];
  let number = -1;
  let asked = -Infinity;
  let heard = performance.now();
  let gone = "";
  const dirty = new Set();

  function schedule(indexes) {
    if (!dirty.size) requestAnimationFrame(frame);
    for (const index of indexes) dirty.add(index);
  }

  function frame() {
    const due = [...dirty].filter((index) => index in panes);
    dirty.clear();
    const [view, voting] = [model.get("view"), model.get("voting")];
    const [chosen, reference] = [model.get("chosen"), model.get("reference")];
    for (const index of due) {
      const own = answers.filter((answer) => answer.pane === index);
      const [isReference, isChosen] = [index === reference, chosen.includes(index)];
      panes[index].paint(own, { view, voting, gone: Boolean(gone), isReference, isChosen });
    }
    for (const index of due) panes[index].scroll();
  }

  function paintAll() {
    const view = model.get("view");
    root.dataset.view = view;
    for (const [each, button] of views) button.setAttribute("aria-pressed", String(each === view));
    schedule(panes.keys());
  }

  function adopt(whole) {
    if (!whole.heads || whole.number < number) return; // older than what is shown
    hear();
    if (whole.heads.length !== panes.length) {
      const labels = model.get("labels");
      panes = whole.heads.map((_, index) =>
        createPane(labels, { vote: () => tell({ vote: index }), refer: () => choose("reference", index) }),
      );
      grid.replaceChildren(...panes.map((pane) => pane.root));
      grid.dataset.count = panes.length;
    }
    whole.heads.forEach((head, index) => panes[index].wear(head));
    ({ number } = whole);
    answers = [...whole.answers]; // the array itself is the model's
    paintAll();
  }

  function receive(message) {
    if (message.whole) return adopt(message.whole);
    if (message.number <= number) return;
    hear();
    if (message.number !== number + 1) return ask();
    ({ number } = message);
    for (const { index, text = "", reasoning = "", nodes = [], ...rest } of message.news) {
      const old = answers[index];
      answers[index] = { ...old, ...rest, text: old.text + text, reasoning: old.reasoning + reasoning };
      if (nodes.length) answers[index].nodes = [...old.nodes, ...nodes];
      schedule([old.pane]);
    }
  }

  function tell(content, buffers) {
    try {
      model.send(content, undefined, buffers);
    } catch {
      lose(GONE); // the way to the kernel is closed
    }
  }

  function ask() {
    if (performance.now() - asked < ASK_AGAIN_MS) return;
    asked = performance.now();
    tell("ask");
  }

  function choose(trait, value) {
    model.set(trait, value);
    model.save_changes();
  }

  function hear() {
    heard = performance.now();
    if (gone === SILENT) lose("");
  }

  function lose(why) {
    if (gone === why) return;
    gone = why;
    root.toggleAttribute("data-gone", Boolean(why));
    write(notice, why);
    paintAll();
  }

  // While an answer runs there is news several times a second; where there is none, somebody should know.
  const clock = setInterval(() => {
    if (gone === GONE || !answers.some((answer) => RUNNING.has(answer.state))) return;
    const silence = performance.now() - heard;
    if (silence > SILENT_MS / 2) ask();
    if (silence > SILENT_MS) lose(SILENT);
  }, 1000);

  const seeConnection = () => lose(el.classList.contains("jupyter-widgets-disconnected") ? GONE : "");
  const seeKernel = (_, state) => LOST.has(state) && lose(GONE);
  const kernel = model.widget_manager?.kernel; // only some front ends tell
  kernel?.statusChanged?.connect(seeKernel);

  async function offer(file) {
    if (!file.type.startsWith("image/")) return write(notice, `${file.name} is not an image.`);
    if (file.size > MOST_BYTES) return write(notice, `${file.name} is larger than 20 MB: make it smaller first.`);
    if (!gone) write(notice, "");
    const data = await file.arrayBuffer();
    for (let at = 0; at < data.byteLength; at += PIECE_BYTES) {
      const end = at + PIECE_BYTES;
      const piece = { drop: file.name, type: file.type, first: at === 0, last: end >= data.byteLength };
      tell(piece, [data.slice(at, end)]);
    }
  }

  function take(event, transfer) {
    const files = [...(transfer?.files ?? [])];
    root.removeAttribute("data-over");
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    files.forEach(offer);
  }

  root.addEventListener("paste", (event) => take(event, event.clipboardData));
  root.addEventListener("drop", (event) => take(event, event.dataTransfer));
  root.addEventListener("dragleave", () => root.removeAttribute("data-over"));
  root.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    root.setAttribute("data-over", "");
  });

  const adoptSnapshot = () => adopt(model.get("snapshot"));
  const speak = () => write(status, model.get("status"));
  const heeded = {
    "change:snapshot": adoptSnapshot,
    "change:status": speak,
    "change:view": paintAll,
    "change:reference": paintAll,
    "change:voting": paintAll,
    "change:chosen": paintAll,
    "msg:custom": receive,
    comm_live_update: seeConnection,
  };
  for (const [name, heed] of Object.entries(heeded)) model.on(name, heed);
  adoptSnapshot();
  paintAll();
  speak();
  seeConnection();
  ask(); // what came while the page was opening went past this view
  return () => {
    for (const [name, heed] of Object.entries(heeded)) model.off(name, heed);
    kernel?.statusChanged?.disconnect(seeKernel);
    clearInterval(clock);
  };
}

export default { render };
