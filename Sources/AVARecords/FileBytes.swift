internal import Files

/// A file's bytes in place: mapped where the system can map it, read where it is a stream.
final class FileBytes {
  let path: String
  let bytes: UnsafeRawBufferPointer
  private let mapped: MappedFile
  private let copy: UnsafeMutableRawBufferPointer?

  init(path: String, doing: String) throws(FileError) {
    self.path = path
    mapped = try MappedFile(path: path, doing: doing)
    if mapped.count > 0 {
      (bytes, copy) = (mapped.bytes, nil)
      return
    }
    // A pipe has no size and cannot be mapped.
    let contents = try readFile(path, doing: doing)
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: contents.count, alignment: 1)
    block.copyBytes(from: contents)
    (bytes, copy) = (UnsafeRawBufferPointer(block), block)
  }

  deinit { copy?.deallocate() }
}
