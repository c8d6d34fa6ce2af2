package frontend

import (
	"time"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// history tells what each layer of an image is for: the base's layers as the
// base says, then those that the frontend has made. BuildKit would write it by
// itself, but differently for a layer that comes from an imported cache
// (exporter/containerimage/writer.go), and date it now where it knows no epoch.
// It is left to BuildKit where the base does not account for its layers.
func history(layers []string, base *image, epoch *time.Time) []ocispecs.History {
	var out []ocispecs.History
	if conf := base.config(); conf != nil {
		accounted := 0
		for _, h := range conf.History {
			if !h.EmptyLayer {
				accounted++
			}
		}
		if accounted != len(conf.RootFS.DiffIDs) {
			return nil
		}
		out = append(out, conf.History...)
	}
	at := imageTime(epoch)
	for _, layer := range layers {
		out = append(out, ocispecs.History{Created: &at, CreatedBy: layer, Comment: "rust-frontend"})
	}
	return out
}
