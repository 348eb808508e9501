"""The demo company: vendor-shaped extracts with every known trap, and the true answers beside them."""

from demo.extracts import DEFAULT_AS_OF, DemoReport, split_nights, write_demo

__all__ = ["DEFAULT_AS_OF", "DemoReport", "split_nights", "write_demo"]
