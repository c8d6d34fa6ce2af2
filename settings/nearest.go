package settings

import (
	"fmt"
	"strings"
)

// DidYouMean gives ", did you mean "x"?" for the nearest name, or "".
func DidYouMean(name string, known []string) string {
	if best := nearest(name, known); best != "" {
		return fmt.Sprintf(", did you mean %q?", best)
	}
	return ""
}

// Suggest gives `did you mean "x"?` for the nearest name, else all names.
func Suggest(name string, known []string) string {
	if best := nearest(name, known); best != "" {
		return `did you mean "` + best + `"?`
	}
	return "there are: " + strings.Join(known, ", ")
}

// nearest gives the name that is least different, "" when none is near.
func nearest(name string, known []string) string {
	best, distance := "", len(name)/3+2
	for _, k := range known {
		if d := editDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// editDistance is Levenshtein's.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
