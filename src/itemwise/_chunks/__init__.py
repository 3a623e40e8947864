"""The items of one call, without the call: cut, made a payload, and judged by the reply."""
