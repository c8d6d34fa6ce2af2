package plan

import (
	"fmt"
	"path"
	"strings"
)

// resolvedWith are the files of a package that cargo resolves with, as patterns below its
// directory in which * stands for no slash: the manifest, and where targets are
// looked for that it does not give the path of. Of the others it wants to know
// nothing before it compiles.
// https://doc.rust-lang.org/cargo/guide/project-layout.html
func resolvedWith() []string {
	out := []string{"Cargo.toml", "*.rs", "src/*.rs"}
	for _, dir := range []string{"src/bin", "tests", "examples", "benches"} {
		out = append(out, path.Join(dir, "*.rs"), path.Join(dir, "*/main.rs"))
	}
	return out
}

// unpackArchives puts what cargo resolves with into VendorDir, which is best in
// memory, and lists what else there is. The crates that the steps read are unpacked by
// themselves, when it is known which ones together; many others are for other
// platforms. GNU tar does both of many archives in one go. What it has not unpacked is
// done one by one, in a way that any tar understands.
func unpackArchives() string {
	var patterns, names []string
	for _, p := range resolvedWith() {
		patterns = append(patterns, `"*/`+p+`"`)
		names = append(names, strings.NewReplacer(".", `\.`, "*", "[^/]*").Replace(p))
	}
	return fmt.Sprintf(`cd %[1]s
mkdir -p %[2]s
unpack() {
  ls -d */*.crate | xargs -n 32 "$@" sh -euc '
    if tar --version 2>/dev/null | grep -q GNU; then
      mkfifo %[3]s/pipe.$$
      tar -xi -C %[2]s --wildcards --no-wildcards-match-slash %[4]s <%[3]s/pipe.$$ 2>/dev/null &
      cat "$@" | gzip -dc | tee %[3]s/pipe.$$ | tar -tvi >%[3]s/list.$$ || :
      wait
    fi
    set -f
    IFS="
"
    for f; do
      [ ! -f "%[2]s/${f%%%%/*}/Cargo.toml" ] || continue
      tar -tvzf "$f" >%[3]s/one.$$
      cat %[3]s/one.$$ >>%[3]s/list.$$
      tar -xzf "$f" -C %[2]s $(sed -nE "s#^-.* ([^ /]+/(%[5]s))\$#\1#p" %[3]s/one.$$)
    done
    sha256sum "$@" | while IFS=" " read -r sum f; do
      echo "{\"files\":{},\"package\":\"$sum\"}" >"%[2]s/${f%%%%/*}/.cargo-checksum.json"
    done' sh
}
unpack -P "$(nproc 2>/dev/null || echo 1)" || unpack
`, ArchivesDir, VendorDir, HomeDir, strings.Join(patterns, " "), strings.Join(names, "|"))
}
