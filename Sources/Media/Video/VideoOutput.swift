internal import CLibAV
internal import Files
internal import Glibc

/// Where libav writes a container: an ``AtomicFile`` behind its callbacks.
final class VideoOutput {
  private let file: AtomicFile
  private var position: Int64 = 0
  private var length: Int64 = 0
  /// What stopped the writing; libav only hears that something did.
  private(set) var failure: FileError?
  /// Valid as long as this object lives.
  private(set) var context: UnsafeMutablePointer<AVIOContext>?

  init(path: String) throws {
    file = try AtomicFile(path: path)
    let me = Unmanaged.passUnretained(self).toOpaque()
    context = slowfast_output(
      me,
      { me, bytes, count in VideoOutput.at(me).write(UnsafeRawBufferPointer(start: bytes, count: Int(count))) },
      { me, offset, whence in VideoOutput.at(me).seek(offset, whence) })
    if context == nil { fatalError("out of memory") }
  }

  deinit { slowfast_close_output(&context) }

  /// Gives the file its name. Nothing may be written after that.
  func commit() throws(FileError) {
    avio_flush(context)
    if let failure { throw failure }
    try file.commit()
  }

  private static func at(_ pointer: UnsafeMutableRawPointer?) -> VideoOutput {
    Unmanaged<VideoOutput>.fromOpaque(pointer!).takeUnretainedValue()
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    if failure != nil { return slowfast_averror(EIO) }
    do throws(FileError) {
      try file.write(raw: bytes, at: position)
    } catch {
      failure = error
      return slowfast_averror(EIO)
    }
    position += Int64(bytes.count)
    length = max(length, position)
    return Int32(bytes.count)
  }

  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    switch whence & ~AVSEEK_FORCE {
    case SEEK_SET: position = offset
    case SEEK_CUR: position += offset
    case SEEK_END: position = length + offset
    case AVSEEK_SIZE: return length
    default: return Int64(slowfast_averror(EINVAL))
    }
    return position
  }
}
