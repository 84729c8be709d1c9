/* Built from frontend/ by build.mjs. Licences: LICENSES.txt */
