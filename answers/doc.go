// Package answers reads what cargo and the toolchain said when they were asked: the unit
// graph, the packages' metadata and sizes, facts about the image, and what the steps of a
// build looked for.
package answers
