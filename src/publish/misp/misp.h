// A dossier as a MISP event (https://www.misp-standard.org/rfc/misp-standard-core.html), and an ally's event as claims.
//
// The event is not published and goes to nobody by itself (distribution 0). Only sources that are worth blocking are
// marked for detection (to_ids). Claims are attributes of type `comment` under their own marking and Admiralty tags.
#pragma once
#include <string>

#include "publish/dossier/dossier.h"
#include "publish/stix/stix.h"

namespace tocsin::publish {

std::string misp_event(const Dossier& dossier);
Result<Imported> read_misp_claims(std::string_view json, const std::string& name);

}  // namespace tocsin::publish
