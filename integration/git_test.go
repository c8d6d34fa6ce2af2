package integration

import (
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitServer serves repositories over HTTP on loopback, through git's own
// http-backend: shallow fetches, as BuildKit makes them, need a smart server.
type gitServer struct {
	t   *testing.T
	dir string
	url string
}

func newGitServer(t *testing.T) *gitServer {
	t.Helper()
	s := &gitServer{t: t, dir: t.TempDir()}
	backend := filepath.Join(strings.TrimSpace(git(t, s.dir, "--exec-path")), "git-http-backend")
	server := httptest.NewServer(&cgi.Handler{
		Path: backend,
		Env:  append(gitEnv(), "GIT_PROJECT_ROOT="+s.dir, "GIT_HTTP_EXPORT_ALL=1"),
	})
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// repo publishes a directory as NAME.git and gives its URL and commit.
// Submodules map a path to a URL.
func (s *gitServer) repo(name, dir string, submodules map[string]string) (url, commit string) {
	s.t.Helper()
	git(s.t, dir, "init", "-q", "-b", "main")
	for path, url := range submodules {
		git(s.t, dir, "submodule", "--quiet", "add", url, path)
	}
	git(s.t, dir, "add", "--all")
	git(s.t, dir, "commit", "-q", "-m", "test")
	bare := filepath.Join(s.dir, name+".git")
	git(s.t, dir, "clone", "-q", "--bare", dir, bare)
	return s.url + "/" + name + ".git", strings.TrimSpace(git(s.t, dir, "rev-parse", "HEAD"))
}

// gitEnv makes git independent of the machine's configuration.
func gitEnv() []string {
	return []string{
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		"GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_AUTHOR_DATE=2020-01-01T00:00:00Z",
		"GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.com", "GIT_COMMITTER_DATE=2020-01-01T00:00:00Z",
	}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), gitEnv()...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}
