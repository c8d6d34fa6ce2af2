package plan

// Layer is one step of the crate graph: it compiles some external
// packages, or one of the tree, over the outputs of the layers that it needs.
// Nothing outside its closure is in its key.
type Layer struct {
	Step
	// Dir is the layer's directory in BuiltDir. It is named after its first
	// package, since a number would change with what has nothing to do with the
	// layer.
	Dir string `json:"dir"`
	// Tree is true for a layer that compiles a package of the tree, Member the directory of
	// that.
	Tree   bool   `json:"tree,omitempty"`
	Member string `json:"member,omitempty"`
	// Runs is true for one whose compilation runs code that may read any file.
	Runs bool `json:"runs,omitempty"`
	// Packages are what is compiled here, "NAME VERSION".
	Packages []string `json:"packages"`
	// Crates are the directories of VendorDir that cargo reads here.
	Crates []string `json:"crates"`
	// Unpack are those of Crates that are unpacked together: those of registries that
	// are compiled here, since a step above this one depends on all of them.
	Unpack []string `json:"unpack,omitempty"`
	// Written are those of Crates whose build scripts may write into them, as cargo lets
	// them. Nothing of it stays.
	Written []string `json:"written,omitempty"`
	// Needs are the layers whose outputs lie below, all of them, by index.
	Needs []int `json:"needs,omitempty"`
}
