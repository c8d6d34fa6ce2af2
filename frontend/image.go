package frontend

import (
	"maps"
	"time"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/plan"
)

// imageConfig is the image's configuration: the base's, with what the plan
// sets, with the labels of the command line last. It holds no time but the
// epoch, so that the same input gives the same digest.
func imageConfig(p plan.Image, target ocispecs.Platform, base *image, epoch *time.Time, labels map[string]string) *dockerspec.DockerOCIImage {
	img := &dockerspec.DockerOCIImage{}
	if conf := base.config(); conf != nil {
		img.Config = conf.Config
		img.Config.OnBuild = nil // for builds from the base, which this one was
		img.Config.Labels = maps.Clone(conf.Config.Labels)
		img.Config.ExposedPorts = maps.Clone(conf.Config.ExposedPorts)
		img.Config.Volumes = maps.Clone(conf.Config.Volumes)
		img.Config.Env = append([]string(nil), conf.Config.Env...)
		img.Author = conf.Author
	}
	img.Platform = target
	img.RootFS.Type = "layers"
	img.Created = epoch
	setRun(&img.Config, p)
	setSets(&img.Config, p, labels)
	if h := p.Healthcheck; h != nil {
		img.Config.Healthcheck = &dockerspec.HealthcheckConfig{
			Test: h.Cmd, Interval: h.Interval, Timeout: h.Timeout,
			StartPeriod: h.StartPeriod, StartInterval: h.StartInterval, Retries: h.Retries,
		}
	}
	return img
}

// setRun sets how a container of the image starts and stops.
func setRun(conf *dockerspec.DockerOCIImageConfig, p plan.Image) {
	if p.Entrypoint != nil {
		// a base's arguments belong to the base's own program
		conf.Entrypoint, conf.Cmd = p.Entrypoint, nil
	}
	if p.Cmd != nil {
		conf.Cmd = p.Cmd
	}
	if p.User != "" {
		conf.User = p.User
	}
	if p.Workdir != "" {
		conf.WorkingDir = p.Workdir
	}
	if conf.WorkingDir == "" {
		conf.WorkingDir = "/"
	}
	if p.StopSignal != "" {
		conf.StopSignal = p.StopSignal
	}
	for _, env := range p.Env {
		conf.Env = setEnv(conf.Env, env.Name, env.Value)
	}
}

// setSets adds ports, volumes and labels.
func setSets(conf *dockerspec.DockerOCIImageConfig, p plan.Image, labels map[string]string) {
	for _, port := range p.Expose {
		conf.ExposedPorts = add(conf.ExposedPorts, port, struct{}{})
	}
	for _, volume := range p.Volumes {
		conf.Volumes = add(conf.Volumes, volume, struct{}{})
	}
	for key, value := range p.Labels {
		conf.Labels = add(conf.Labels, key, value)
	}
	for key, value := range labels {
		conf.Labels = add(conf.Labels, key, value)
	}
}

func add[V any](m map[string]V, key string, value V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[key] = value
	return m
}

// setEnv replaces a variable or adds it.
func setEnv(env []string, name, value string) []string {
	for i, e := range env {
		if len(e) > len(name) && e[:len(name)+1] == name+"=" {
			env[i] = name + "=" + value
			return env
		}
	}
	return append(env, name+"="+value)
}
