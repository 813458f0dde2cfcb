// Nothing of its own: this file makes the precompiled headers that the modules reuse.
