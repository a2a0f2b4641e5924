// Plotly figures one below the other, each as wide as the place that it is in.

// Words beside bars need so much; a narrower place scrolls.
const NARROWEST_PX = 560;
const CONFIG = { displayModeBar: false };

let loading;

// The library comes with the widget, once for all its views: nothing is fetched.
function load(model) {
  loading ??= (async () => {
    const url = URL.createObjectURL(new Blob([model.get("library")], { type: "text/javascript" }));
    try {
      return (await import(url)).default;
    } finally {
      URL.revokeObjectURL(url);
    }
  })();
  return loading;
}

function show(Plotly, model, root) {
  let plots = [];
  let drawn = [];
  let given = 0;

  function draw() {
    if (!root.clientWidth) return; // folded away: its first width draws it
    given = root.clientWidth;
    const width = Math.max(given, NARROWEST_PX);
    const figures = model.get("figures");
    for (const plot of plots.slice(figures.length)) {
      Plotly.purge(plot);
      plot.remove();
    }
    plots = figures.map((_, index) => plots[index] ?? root.appendChild(document.createElement("div")));
    drawn = figures.map((text, index) => {
      const key = `${width} ${text}`;
      if (drawn[index] === key) return key;
      const { data, layout } = JSON.parse(text);
      plots[index].setAttribute("role", "img");
      plots[index].setAttribute("aria-label", layout.title.text);
      Plotly.react(plots[index], data, { ...layout, width }, CONFIG);
      return key;
    });
  }

  const observer = new ResizeObserver(() => root.clientWidth !== given && draw());
  observer.observe(root);
  model.on("change:figures", draw);
  return () => {
    observer.disconnect();
    model.off("change:figures", draw);
    plots.forEach((plot) => Plotly.purge(plot));
  };
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.style.overflowX = "auto";
  root.textContent = "Loading the charts …";
  el.append(root);
  let gone = false;
  let end;
  load(model).then(
    (Plotly) => {
      if (gone) return;
      root.textContent = "";
      end = show(Plotly, model, root);
    },
    (error) => (root.textContent = `The charts could not be loaded: ${error.message}`),
  );
  return () => {
    gone = true;
    end?.();
  };
}

export default { render };
