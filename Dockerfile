# docker build --tag mutspad .      (docs/scale-out.md; not built by the tests, which only check what stands here)
# The release of Python is the oldest that pyproject.toml allows and the one that the lock was made with.
FROM python:3.11-slim AS build
# The address of PyTorch's wheels for the CPU; empty, PyPI's bring CUDA.
ARG TORCH_INDEX=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /mutspad
# What is installed depends on these files alone, so that a change of code does not install everything again.
COPY requirements.txt pyproject.toml README.md ./
COPY mutspad/__init__.py mutspad/
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
RUN if [ -n "$TORCH_INDEX" ]; then \
        pip install --index-url "$TORCH_INDEX" "$(grep '^torch==' requirements.txt)"; \
    fi
RUN pip install --constraint requirements.txt setuptools \
    && pip install --constraint requirements.txt --no-build-isolation --editable '.[workflow,slurm]'

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 mutspad \
    && install --directory --owner mutspad /mutspad
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /mutspad
COPY --chown=mutspad . .
USER mutspad
CMD ["mutspad", "--help"]
