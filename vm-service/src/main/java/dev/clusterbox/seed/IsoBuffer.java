package dev.clusterbox.seed;

import com.github.stephenc.javaisotools.sabre.DataReference;
import com.github.stephenc.javaisotools.sabre.Element;
import com.github.stephenc.javaisotools.sabre.Fixup;
import com.github.stephenc.javaisotools.sabre.HandlerException;
import com.github.stephenc.javaisotools.sabre.StreamHandler;
import java.io.IOException;
import java.util.Arrays;

/** Takes an image as it is made, and the gaps in it as they are filled in later. */
final class IsoBuffer implements StreamHandler {

    private byte[] bytes = new byte[1 << 19];
    private int end;

    byte[] bytes() {
        return Arrays.copyOf(bytes, end);
    }

    private int write(int position, DataReference data) throws HandlerException {
        try (var in = data.createInputStream()) {
            var content = in.readNBytes((int) data.getLength());
            if (position + content.length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(position + content.length, 2 * bytes.length));
            }
            System.arraycopy(content, 0, bytes, position, content.length);
            return position + content.length;
        } catch (IOException e) {
            throw new HandlerException(e);
        }
    }

    @Override
    public void data(DataReference data) throws HandlerException {
        end = write(end, data);
    }

    @Override
    public Fixup fixup(DataReference placeholder) throws HandlerException {
        var gap = new Gap(end);
        data(placeholder);
        return gap;
    }

    @Override
    public long mark() {
        return end;
    }

    @Override
    public void startDocument() {}

    @Override
    public void startElement(Element element) {}

    @Override
    public void endElement() {}

    @Override
    public void endDocument() {}

    /** A place whose content is known only later. */
    private final class Gap implements Fixup {

        private int position;
        private boolean closed;

        Gap(int position) {
            this.position = position;
        }

        @Override
        public void data(DataReference data) throws HandlerException {
            position = write(position, data);
        }

        @Override
        public Fixup fixup(DataReference placeholder) {
            throw new UnsupportedOperationException("a gap in a gap");
        }

        @Override
        public long mark() {
            return position;
        }

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }
    }
}
