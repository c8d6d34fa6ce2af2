// Package llb turns a [plan.Plan] into a BuildKit graph: fetch, vendor,
// dependencies, source, image. It decides nothing and does no I/O; every
// decision is in the plan, every byte from outside comes in through [Options].
//
// MergeOp and DiffOp are not used: Docker's classic image store lacks them,
// and chains of them exhaust a daemon's memory.
package llb
