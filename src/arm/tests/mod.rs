//! Bodies through the strict door, as requests come to the local service.

mod image_template;
mod neighbours;
