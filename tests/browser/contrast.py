"""How well words can be told from what is behind them, measured in the page."""

from __future__ import annotations

# WCAG 2.2, 1.4.3: the ratio of both colours' relative luminances; what is translucent lies on what is below.
CONTRAST = """element => {
    const channels = color => color.match(/[\\d.]+/g).map(Number)
        .map((value, index) => index < 3 && color.startsWith('color(') ? value * 255 : value);
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
        const [r, g, b, a = 1] = channels(getComputedStyle(node).backgroundColor);
        layers.push([r, g, b, a]);
        if (a === 1) break;
    }
    const ground = layers.reverse().reduce((under, [r, g, b, a]) =>
        [r, g, b].map((value, index) => value * a + (under[index] ?? 255) * (1 - a)), []);
    const [r, g, b, a = 1] = channels(getComputedStyle(element).color);
    const ink = [r, g, b].map((value, index) => value * a + ground[index] * (1 - a));
    const luminance = rgb => rgb.map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
}"""
