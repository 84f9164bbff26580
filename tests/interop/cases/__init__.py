"""cases - the interop cases, by topic; importing a module lists its cases."""
