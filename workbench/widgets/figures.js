// Plotly figures one below the other, each as wide as the place that it is in. `Plotly` is defined above.

// Words beside bars need so much; a narrower place scrolls.
const NARROWEST_PX = 560;
const CONFIG = { displayModeBar: false };

function render({ model, el }) {
  const root = document.createElement("div");
  root.style.overflowX = "auto";
  el.append(root);

  let plots = [];
  let drawn = [];
  let given = 0;

  function draw() {
    const figures = model.get("figures");
    if (!root.clientWidth) return; // folded away: its first width draws it
    given = root.clientWidth;
    const width = Math.max(given, NARROWEST_PX);
    for (const plot of plots.slice(figures.length)) {
      Plotly.purge(plot);
      plot.remove();
    }
    plots = figures.map((_, index) => plots[index] ?? root.appendChild(document.createElement("div")));
    figures.forEach((text, index) => {
      const key = `${width} ${text}`;
      if (drawn[index] === key) return;
      const { data, layout } = JSON.parse(text);
      plots[index].setAttribute("role", "img");
      plots[index].setAttribute("aria-label", layout.title.text);
      Plotly.react(plots[index], data, { ...layout, width }, CONFIG);
      drawn[index] = key;
    });
    drawn.length = figures.length;
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

export default { render };
