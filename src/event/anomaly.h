// Anomaly stands in base/, because evidence/ (a sibling of this folder) reports anomalies too.
#pragma once
#include "base/anomaly.h"
