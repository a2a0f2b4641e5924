"""A Jupyter-first workbench for evaluating language models.

```python
import workbench as wb

client = wb.Client()
answer = await client.chat("ollama/llama3.2", "What is the capital of France?")
wb.log.usage(by=["provider", "model"])
```

Names load when they are first used, so that `import workbench` takes no time.
"""
