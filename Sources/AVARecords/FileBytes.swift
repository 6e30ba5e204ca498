internal import Files

/// A whole file's bytes in place: mapped where the system can map it, read where it is a stream or compressed.
final class FileBytes {
  let path: String
  let bytes: UnsafeRawBufferPointer
  private let mapped: MappedFile?
  private let copy: UnsafeMutableRawBufferPointer?

  init(path: String, doing: String) throws(FileError) {
    self.path = path
    let file = path == standardInput ? nil : try MappedFile(path: path, doing: doing)
    if let file, file.count > 0, Compression(beginning: file.bytes) == nil {
      (mapped, bytes, copy) = (file, file.bytes, nil)
      return
    }
    // A pipe has no size and cannot be mapped.
    let contents = try ByteStream(path: path, doing: doing).readToEnd()
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: contents.count, alignment: 1)
    block.copyBytes(from: contents)
    (mapped, bytes, copy) = (nil, UnsafeRawBufferPointer(block), block)
  }

  deinit { copy?.deallocate() }
}
