"""Adapters against emulators and local servers, over real sockets."""
