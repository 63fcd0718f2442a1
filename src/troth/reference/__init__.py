"""What ledgers and documents point at: companies, sites, bins, products, units, parties, calendars, currencies."""
