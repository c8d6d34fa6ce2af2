package main

import (
	"slices"
)

// row is one measurement: one build, or the reason why there is none.
type row struct {
	Project  string  `json:"project"`
	Peer     string  `json:"peer"`
	Scenario string  `json:"scenario"`
	Run      int     `json:"run"`
	Seconds  float64 `json:"seconds"`
	// ImageBytes is the sum of the image's layers, uncompressed; for plain
	// cargo the size of the stripped binary.
	ImageBytes int64 `json:"image_bytes"`
	// CacheBytes is the size of the cache as exported after the build.
	CacheBytes int64 `json:"cache_bytes"`
	// Vertices is the number of BuildKit steps that ran, cached ones left out.
	Vertices int    `json:"vertices"`
	Error    string `json:"error,omitempty"`

	// Ratio is Seconds over plain cargo's median in the same scenario.
	Ratio float64 `json:"ratio,omitempty"`
	// CompressedBytes is the sum of the image's layers as exported.
	CompressedBytes int64 `json:"compressed_bytes,omitempty"`
	// CacheGrowth is what of the exported cache was not in the cold build's.
	CacheGrowth int64 `json:"cache_growth_bytes,omitempty"`
	// Compiled is the number of packages that cargo said it compiled.
	Compiled int `json:"compiled,omitempty"`
	// DownloadSeconds is the part of plain cargo's time before it compiled.
	DownloadSeconds float64 `json:"download_seconds,omitempty"`
	// CPUSeconds is the user and system time of what the build ran and of the
	// daemon meanwhile.
	CPUSeconds float64 `json:"cpu_seconds,omitempty"`
	// PeakMemory is the most that these processes held at a time, in bytes,
	// less what the daemon held before.
	PeakMemory int64 `json:"peak_memory_bytes,omitempty"`
	// Layers is the number of steps that compiled dependencies.
	Layers int `json:"layers,omitempty"`
	// ImageDigest is that of the image.
	ImageDigest string `json:"image_digest,omitempty"`
}

// fillRatios sets the ratio of every row to the median of plain cargo in the
// row's scenario, where there is one.
func fillRatios(rows []row) {
	for i := range rows {
		limit, ok := summarise(rows, rows[i].Scenario, peerCargo)
		if rows[i].Error != "" || !ok || limit.Error != "" || limit.Seconds == 0 {
			continue
		}
		rows[i].Ratio = rows[i].Seconds / limit.Seconds
	}
}

// summarise makes one row of all runs of a peer in a scenario, by the median
// of each figure. Run is then the number of runs. A failed run is left out
// unless all failed, and its error is kept. The result is false when the peer
// has no rows there.
func summarise(rows []row, scenario, peer string) (row, bool) {
	var good, bad []row
	for _, r := range rows {
		switch {
		case r.Scenario != scenario || r.Peer != peer:
		case r.Error != "":
			bad = append(bad, r)
		default:
			good = append(good, r)
		}
	}
	if len(good) == 0 {
		if len(bad) == 0 {
			return row{}, false
		}
		return bad[0], true
	}
	sum := row{
		Project: good[0].Project, Peer: peer, Scenario: scenario, Run: len(good),
		Seconds:         median(good, func(r row) float64 { return r.Seconds }),
		ImageBytes:      median(good, func(r row) int64 { return r.ImageBytes }),
		CacheBytes:      median(good, func(r row) int64 { return r.CacheBytes }),
		Vertices:        median(good, func(r row) int { return r.Vertices }),
		Ratio:           median(good, func(r row) float64 { return r.Ratio }),
		CompressedBytes: median(good, func(r row) int64 { return r.CompressedBytes }),
		CacheGrowth:     median(good, func(r row) int64 { return r.CacheGrowth }),
		Compiled:        median(good, func(r row) int { return r.Compiled }),
		DownloadSeconds: median(good, func(r row) float64 { return r.DownloadSeconds }),
		CPUSeconds:      median(good, func(r row) float64 { return r.CPUSeconds }),
		PeakMemory:      median(good, func(r row) int64 { return r.PeakMemory }),
		Layers:          median(good, func(r row) int { return r.Layers }),
	}
	if len(bad) > 0 {
		sum.Error = bad[0].Error
	}
	return sum, true
}

// median gives the middle of a figure, the mean of the two middle ones when
// their number is even. It needs at least one row.
func median[R any, T int | int64 | float64](rows []R, figure func(R) T) T {
	all := make([]T, len(rows))
	for i, r := range rows {
		all[i] = figure(r)
	}
	slices.Sort(all)
	mid := len(all) / 2
	if len(all)%2 == 1 {
		return all[mid]
	}
	return (all[mid-1] + all[mid]) / 2
}
