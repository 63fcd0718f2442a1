"""The trade, each app above the next: from master data, prices and credit up to billing and payment."""
