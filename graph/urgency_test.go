package graph

import (
	"slices"
	"testing"
)

// The step with the longest way to the end is the most urgent, and one with half the way
// is half as urgent.
func TestUrgencies(t *testing.T) {
	tests := []struct {
		name  string
		takes []int
		needs [][]int
		want  []int
	}{
		{"nothing", nil, nil, nil},
		{"all alike", []int{5, 5}, [][]int{{}, {}}, []int{999, 999}},
		{"a step is more urgent than what waits for it", []int{1, 1, 64}, [][]int{{}, {}, {0}}, []int{999, 15, 983}},
		{"the way is that of the longest chain", []int{8, 8, 16, 32, 4}, [][]int{{}, {}, {0}, {0, 2}, {1}}, []int{999, 214, 856, 570, 71}},
		{"half the way is half as urgent", []int{64, 32, 1}, make([][]int, 3), []int{999, 499, 15}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Urgencies(tt.takes, tt.needs); !slices.Equal(got, tt.want) {
				t.Errorf("urgencies %v, want %v", got, tt.want)
			}
		})
	}
}
