package frontend

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Every layer has its entry, the base's first, and no time is in it but the
// epoch.
func TestHistory(t *testing.T) {
	epoch, zero, old := time.Unix(7, 0).UTC(), time.Unix(0, 0).UTC(), time.Unix(3, 0).UTC()
	based := func(layers int) *image {
		conf := &dockerspec.DockerOCIImage{}
		for range layers {
			conf.RootFS.DiffIDs = append(conf.RootFS.DiffIDs, digest.FromString("layer"))
		}
		conf.History = []ocispecs.History{{Created: &old, CreatedBy: "base"}, {CreatedBy: "CMD", EmptyLayer: true}}
		return &image{conf: conf}
	}
	entry := func(at *time.Time, by string) ocispecs.History {
		return ocispecs.History{Created: at, CreatedBy: by, Comment: "rust-frontend"}
	}
	tests := []struct {
		reason string
		base   *image
		epoch  *time.Time
		want   []ocispecs.History
	}{
		{"from scratch", nil, &epoch, []ocispecs.History{entry(&epoch, "one"), entry(&epoch, "two")}},
		{"without an epoch", nil, nil, []ocispecs.History{entry(&zero, "one"), entry(&zero, "two")}},
		{"on a base", based(1), &epoch, []ocispecs.History{
			{Created: &old, CreatedBy: "base"}, {CreatedBy: "CMD", EmptyLayer: true}, entry(&epoch, "one"), entry(&epoch, "two"),
		}},
		{"on a base that says nothing of one of its layers", based(2), &epoch, nil},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, history([]string{"one", "two"}, tt.base, tt.epoch)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
