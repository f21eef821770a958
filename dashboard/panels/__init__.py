"""Values to components: one panel a module, without callbacks inside."""
