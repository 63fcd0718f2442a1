"""Where an order came from: its source system, by name.

A program may say its own name (`source_system`, such as `edi` or a shop's). Where none is said the order is called
after the road on which it came. It stays what it was when the order was first entered, whoever changes that
afterwards; a copy comes from where it is copied, an order from a quotation from where that came.
"""

PAGE = "page"
API = "api"
IMPORT = "import"
