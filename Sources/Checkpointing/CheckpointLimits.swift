/// How much an archive or a folder may ask of its reader.
package struct CheckpointLimits: Sendable {
  /// Bytes of one entry, unpacked, at most.
  package var entryBytes = 2 << 30
  /// Bytes of all entries together, unpacked, at most; an archive's own length too.
  package var totalBytes = 2 << 30
  /// Bytes of the manifest, at most.
  package var manifestBytes = 1 << 20
  /// Weight files of a sharded folder, at most.
  package var shards = 1000

  package init() {}
}
