// The techniques seen as a layer for MITRE's ATT&CK Navigator, layer format 4.5
// (https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md).
#pragma once
#include <string>

#include "publish/dossier/dossier.h"

namespace tocsin::publish {

// Score: how grave the gravest finding is, 1 (informational) to 5 (critical).
std::string navigator_layer(const Dossier& dossier);

}  // namespace tocsin::publish
