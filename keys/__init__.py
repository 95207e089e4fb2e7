"""Keys, signatures, proofs and the vault: the only room that knows a secret. Imports none of the others."""
