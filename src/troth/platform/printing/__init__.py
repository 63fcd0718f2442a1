"""Papers: what is handed or sent to somebody as a page, and the record of each printing.

An app registers each paper it has for a kind of document (`papers.register`): its title, who may print it, and a loader
that says in the reader's language what stands on it. Platform lays it out (`layout/letter.typ`, or a layout of the
app's own), keeps each printing with its version, and sends it by mail.

| module | has |
| --- | --- |
| contents | what stands on a paper: words, already in the reader's language and formats |
| wording | the catalogue of words, and figures and dates in the reader's locale |
| papers | the registry: which papers there are for a kind of document |
| fitting | how much room words take, so that a layout need not try |
| typesetting | a content and a layout made into a PDF |
| actions, queries | printing, sending, and what was printed |
| web, api | the papers tab and its pages, and the same over the API |

A printing keeps the words of the paper, not the file: the same words with the same layout are the same bytes, always.
"""
