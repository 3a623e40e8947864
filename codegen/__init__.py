"""Writes itemwise's service modules from botocore's models and a small overlay per service.

```text
botocore's model ─┐
                  ├─ infer ─ describe ─ print ─ ruff ─ files
the overlay ──────┘
```

`python -m codegen generate` writes, ``check`` compares, ``drift`` tells what a newer botocore has
changed, ``coverage`` lists the family, and ``explain`` gives the reason for every fact.
"""
