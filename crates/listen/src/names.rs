//! Names of services, environments and files, masked before anything is kept under them.
//!
//! They come from outside as all text does: a token in a path or in a label would be printed beside everything that is said.
//! Nearly all names hold no secret and repeat from record to record, which costs a comparison of pointers.

use std::sync::Arc;

use hark_event::Origin;
use hark_pattern::Rules;
use rustc_hash::FxHashMap;

/// So many names are remembered before all are looked at anew.
const NAMES_MAX: usize = 20_000;

/// Who spoke and in which file, masked.
pub(crate) type Masked = (Origin, Arc<str>);

/// Remembers which names hold secrets.
#[derive(Default)]
pub(crate) struct Names {
    /// The names that came last, and what is to be kept of them; nothing where they hold no secret.
    last: Option<(Origin, Arc<str>, Option<Masked>)>,
    known: FxHashMap<Arc<str>, Option<Arc<str>>>,
}

impl Names {
    /// What is to be kept instead of these names, if they hold secrets.
    #[inline]
    pub(crate) fn masked(&mut self, origin: &Origin, file: &Arc<str>, rules: &Rules) -> Option<Masked> {
        if let Some((last, last_file, masked)) = &self.last
            && Arc::ptr_eq(&last.service, &origin.service)
            && Arc::ptr_eq(&last.environment, &origin.environment)
            && Arc::ptr_eq(last_file, file)
        {
            return masked.clone();
        }
        self.looked_up(origin, file, rules)
    }

    #[inline(never)]
    fn looked_up(&mut self, origin: &Origin, file: &Arc<str>, rules: &Rules) -> Option<Masked> {
        let service = self.name(&origin.service, rules);
        let environment = self.name(&origin.environment, rules);
        let masked_file = self.name(file, rules);
        let has_secret = service.is_some() || environment.is_some() || masked_file.is_some();
        let masked = has_secret.then(|| {
            let service = service.unwrap_or_else(|| origin.service.clone());
            let environment = environment.unwrap_or_else(|| origin.environment.clone());
            (Origin { service, environment }, masked_file.unwrap_or_else(|| file.clone()))
        });
        self.last = Some((origin.clone(), file.clone(), masked.clone()));
        masked
    }

    fn name(&mut self, name: &Arc<str>, rules: &Rules) -> Option<Arc<str>> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        if self.known.len() >= NAMES_MAX {
            self.known.clear();
        }
        let masked = masked(name, rules);
        self.known.insert(name.clone(), masked.clone());
        masked
    }
}

/// The name without its secrets, if it holds any.
pub(crate) fn masked(name: &str, rules: &Rules) -> Option<Arc<str>> {
    let masked = rules.mask_secrets(name);
    (masked.count > 0).then(|| Arc::from(&*masked.text))
}

/// Who spoke, without secrets; nothing where there is none in the names.
pub(crate) fn masked_origin(origin: &Origin, rules: &Rules) -> Option<Origin> {
    let (service, environment) = (masked(&origin.service, rules), masked(&origin.environment, rules));
    (service.is_some() || environment.is_some()).then(|| Origin {
        service: service.unwrap_or_else(|| origin.service.clone()),
        environment: environment.unwrap_or_else(|| origin.environment.clone()),
    })
}
