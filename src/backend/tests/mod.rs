//! The client against scripted transports. Time stands still but for what the client itself waits.

mod answered;
mod interrupted;
mod logged;
mod long_running;
mod pending;
mod reading;
mod registered;
mod repeated;
mod script;
