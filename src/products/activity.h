// From ECS values to the typed Activity (event/activity.h).
#pragma once
#include "event/activity.h"
#include "products/ecs_sink.h"

namespace tocsin::products {

// True if an activity of this kind is made of the field (among others).
bool asks_for(ActivityKind kind, EcsId field);

struct ActivityGrades {
  Provenance source = Provenance::trusted, user = Provenance::attacker;
};

// Fills the part of `out` that out.kind names; time and product are set already, "@timestamp" overrules the time.
// False if what makes such an activity is missing: a login without user and source, mail access without mailbox and
// user, a change without its kind, a request without path and source, a lookup without name. Views point into what the
// sink points into.
bool fill_activity(const EcsSink& ecs, ActivityGrades grades, Activity& out);

}  // namespace tocsin::products
