//! What the tests stand on: working folders for the real `terraform`, typed reading of its plans and states, control of
//! its processes, and a look into the disks that come out, by programs and formats that are not ours.

pub(crate) mod answer;
pub(crate) mod backend;
pub(crate) mod configuration;
pub(crate) mod disk;
pub(crate) mod far_end;
pub(crate) mod installation;
pub(crate) mod ordinary_user;
pub(crate) mod plan;
pub(crate) mod private_state;
pub(crate) mod process;
pub(crate) mod request_log;
pub(crate) mod root_tree;
pub(crate) mod service;
pub(crate) mod settings;
pub(crate) mod skipped;
pub(crate) mod slow_server;
pub(crate) mod small_file_system;
pub(crate) mod state;
pub(crate) mod vhd;
pub(crate) mod virtual_machine;
pub(crate) mod workspace;
