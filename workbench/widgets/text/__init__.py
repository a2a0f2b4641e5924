"""What models write, made safe to show: Markdown as nodes, code in colours."""
