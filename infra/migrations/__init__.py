"""Changes of stored documents, one module each: NNNN_name.py with ABOUT, COLLECTION and `migrated`.

`ABOUT` says in a sentence what changes. `migrated(document)` takes a document of `COLLECTION`, as the readers of this
version understand it, and gives it in the new form; a document that has it already comes back as it is. It must not
matter whether it runs before or after the engine changed the document: both versions are understood meanwhile.
"""
