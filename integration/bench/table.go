package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// writeTable prints the medians, one line for each scenario and peer in the
// order asked for, the losing and the failed ones too. Errors follow below, as
// they are too long for a column.
func writeTable(w io.Writer, rows []row, scenarios, peers []string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "scenario\tpeer\truns\tseconds\tx cargo\tCPU s\tmemory\timage\tcompressed\tcache\tnew cache\tvertices\tcompiled\t")
	var failed []row
	for _, scenario := range scenarios {
		for _, peer := range peers {
			r, ok := summarise(rows, scenario, peer)
			if !ok {
				continue
			}
			fmt.Fprintln(tw, strings.Join(cells(r), "\t")+"\t")
			if r.Error != "" {
				failed = append(failed, r)
			}
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, line := range digests(rows, scenarios, peers) {
		if _, err := fmt.Fprintf(w, "\n%s\n", line); err != nil {
			return err
		}
	}
	for _, e := range complaints(failed, peers) {
		if _, err := fmt.Fprintf(w, "\n%s\n", e); err != nil {
			return err
		}
	}
	return nil
}

// digests says which images came of each scenario, where two frontends of this repository
// are compared: they should be the same.
func digests(rows []row, scenarios, peers []string) []string {
	if !slices.Contains(peers, peerBefore) {
		return nil
	}
	var out []string
	for _, scenario := range scenarios {
		line := "image digests, " + scenario + ":"
		for _, r := range rows {
			if r.Scenario == scenario && r.ImageDigest != "" {
				line += fmt.Sprintf(" %s %.19s", r.Peer, r.ImageDigest)
			}
		}
		out = append(out, line)
	}
	return out
}

// complaints says what went wrong, once for all scenarios of a peer in which
// it was the same.
func complaints(failed []row, peers []string) []string {
	var out []string
	for _, peer := range peers {
		var errs []string
		in := map[string][]string{}
		for _, r := range failed {
			if r.Peer != peer {
				continue
			}
			if in[r.Error] == nil {
				errs = append(errs, r.Error)
			}
			in[r.Error] = append(in[r.Error], r.Scenario)
		}
		for _, e := range errs {
			out = append(out, fmt.Sprintf("%s (%s): %s", peer, strings.Join(in[e], ", "), e))
		}
	}
	return out
}

func cells(r row) []string {
	if r.Seconds == 0 {
		return []string{r.Scenario, r.Peer, "0", "failed", "-", "-", "-", "-", "-", "-", "-", "-", "-"}
	}
	ratio, vertices := "-", fmt.Sprint(r.Vertices)
	if r.Ratio > 0 {
		ratio = fmt.Sprintf("%.2f", r.Ratio)
	}
	if r.Peer == peerCargo {
		vertices = "-"
	}
	return []string{
		r.Scenario, r.Peer, fmt.Sprint(r.Run), fmt.Sprintf("%.2f", r.Seconds), ratio,
		fmt.Sprintf("%.2f", r.CPUSeconds), size(r.PeakMemory),
		size(r.ImageBytes), size(r.CompressedBytes), size(r.CacheBytes), size(r.CacheGrowth),
		vertices, fmt.Sprint(r.Compiled),
	}
}

// size prints bytes in kB, which is fine enough for every limit we promise.
func size(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1000)
}

// downloadNote says how much of plain cargo's cold build was not compiling.
func downloadNote(rows []row) string {
	r, ok := summarise(rows, scenarioCold, peerCargo)
	if !ok || r.DownloadSeconds == 0 {
		return "cold includes the download of the crates for every peer"
	}
	return fmt.Sprintf("cold includes the download of the crates for every peer (%.1f s of plain cargo's)", r.DownloadSeconds)
}

// stepNotes says what a step costs beside rustc, for the default number of layers
// and each other one: the CPU seconds of its cold build that the one of a single
// step did not need, shared among the steps that it has more.
func stepNotes(rows []row, peers []string) []string {
	one, ok := summarise(rows, scenarioCold, peerLayers+"1")
	if !ok || one.Error != "" {
		return nil
	}
	var out []string
	for _, peer := range peers {
		many, ok := summarise(rows, scenarioCold, peer)
		if peer != peerThis && !strings.HasPrefix(peer, peerLayers) || !ok || many.Error != "" || many.Layers <= one.Layers {
			continue
		}
		out = append(out, fmt.Sprintf("%s (cold): %.3f s of CPU around rustc for each further step: (%.2f - %.2f) / (%d - %d)",
			peer, (many.CPUSeconds-one.CPUSeconds)/float64(many.Layers-one.Layers),
			many.CPUSeconds, one.CPUSeconds, many.Layers, one.Layers))
	}
	return out
}
