"""`make demo`: a bilingual brand's week on this machine, over real HTTP, on a virtual clock."""
